package connect

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/control"
	"github.com/streamsuites/streamsuites/internal/statedir"
)

// nowhere are the addresses of a standalone that has gone: nothing listens there.
var nowhere = statedir.Addresses{
	Temporal: "127.0.0.1:1", Database: "postgres://app:hunter22@127.0.0.1:1/streamsuites", PID: 4242,
}

// find finds the target of a state directory in which a standalone has written
// its addresses, unless they are nil.
func find(t *testing.T, addresses *statedir.Addresses, variables map[string]string) Target {
	t.Helper()
	dir := statedir.Dir(t.TempDir())
	if addresses != nil {
		require.NoError(t, dir.WriteAddresses(*addresses))
	}
	// Nobody's own configuration file counts here.
	all := map[string]string{"TEMPORAL_CONFIG_FILE": filepath.Join(dir.String(), "temporal.toml")}
	for name, value := range variables {
		all[name] = value
	}
	target, err := Find(dir.String(), func(name string) (string, bool) { v, ok := all[name]; return v, ok })
	require.NoError(t, err)
	return target
}

func TestTheDatabaseIsTheVariablesThenTheStandalones(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		addresses *statedir.Addresses
		variable  string
		want      string
		err       error
	}{
		"the variable alone":         {nil, "postgres://elsewhere/db", "postgres://elsewhere/db", nil},
		"the variable wins":          {&nowhere, "postgres://elsewhere/db", "postgres://elsewhere/db", nil},
		"the standalone's":           {&nowhere, "", nowhere.Database, nil},
		"neither, which is an error": {nil, "", "", ErrNoDatabase},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := find(t, c.addresses, map[string]string{"DATABASE_URL": c.variable}).DatabaseURL()
			require.ErrorIs(t, err, c.err)
			require.Equal(t, c.want, got)
		})
	}
}

func TestTemporalIsTheVariablesThenTheStandalones(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		addresses       *statedir.Addresses
		variables       map[string]string
		host, namespace string
	}{
		"the variable alone":          {nil, map[string]string{"TEMPORAL_ADDRESS": "temporal.example:7233"}, "temporal.example:7233", control.Namespace},
		"the variable wins":           {&nowhere, map[string]string{"TEMPORAL_ADDRESS": "temporal.example:7233", "TEMPORAL_NAMESPACE": "clips"}, "temporal.example:7233", "clips"},
		"the standalone's":            {&nowhere, nil, nowhere.Temporal, control.Namespace},
		"a namespace names no server": {&nowhere, map[string]string{"TEMPORAL_NAMESPACE": "clips"}, nowhere.Temporal, control.Namespace},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			options, err := find(t, c.addresses, c.variables).TemporalOptions(nil)
			require.NoError(t, err)
			require.Equal(t, c.host, options.HostPort)
			require.Equal(t, c.namespace, options.Namespace)
		})
	}
}

func TestAProfileOfTemporalsConfigurationFileWinsOverTheStandalone(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "temporal.toml")
	require.NoError(t, os.WriteFile(path, []byte("[profile.cloud]\naddress = \"cloud.example:7233\"\nnamespace = \"mine\"\n"), 0o600))
	options, err := find(t, &nowhere, map[string]string{"TEMPORAL_CONFIG_FILE": path, "TEMPORAL_PROFILE": "cloud"}).TemporalOptions(nil)
	require.NoError(t, err)
	require.Equal(t, "cloud.example:7233", options.HostPort)
	require.Equal(t, "mine", options.Namespace)

	options, err = find(t, &nowhere, map[string]string{"TEMPORAL_CONFIG_FILE": path}).TemporalOptions(nil)
	require.NoError(t, err)
	require.Equal(t, nowhere.Temporal, options.HostPort, "the file alone does not")

	_, err = find(t, nil, map[string]string{"TEMPORAL_CONFIG_FILE": path, "TEMPORAL_PROFILE": "absent"}).TemporalOptions(nil)
	require.ErrorContains(t, err, "load Temporal's client configuration")
}

func TestWhoNamedWhatCannotBeReachedIsSaid(t *testing.T) {
	t.Parallel()
	elsewhere := map[string]string{"DATABASE_URL": "postgres://app:hunter22@127.0.0.1:1/other", "TEMPORAL_ADDRESS": "127.0.0.1:1"}
	for name, c := range map[string]struct {
		addresses          *statedir.Addresses
		variables          map[string]string
		database, temporal string
	}{
		"a standalone that has gone": {
			&nowhere, nil, "names process 4242: is it still running?)", "names process 4242: is it still running?)",
		},
		"variables, with a standalone": {
			&nowhere, elsewhere, "(DATABASE_URL names it; streamsuites doctor says more)", "(TEMPORAL_ADDRESS names it; streamsuites doctor says more)",
		},
		"variables alone": {
			nil, elsewhere, "(DATABASE_URL names it; streamsuites doctor says more)", "(TEMPORAL_ADDRESS names it; streamsuites doctor says more)",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			target := find(t, c.addresses, c.variables)
			_, err := target.Store(t.Context())
			require.ErrorContains(t, err, c.database)
			require.NotContains(t, err.Error(), "hunter22")
			_, err = target.Temporal(t.Context(), nil)
			require.ErrorContains(t, err, "reach Temporal at 127.0.0.1:1")
			require.ErrorContains(t, err, c.temporal)
		})
	}
}

func TestAddressesThatCannotBeReadAreAnError(t *testing.T) {
	t.Parallel()
	dir := statedir.Dir(t.TempDir())
	require.NoError(t, os.WriteFile(dir.AddressesFile(), []byte("{"), 0o600))
	_, err := Find(dir.String(), os.LookupEnv)
	require.ErrorContains(t, err, dir.AddressesFile())
}
