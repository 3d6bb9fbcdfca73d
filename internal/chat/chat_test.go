package chat_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/chat"
)

func TestRoleNamesRoundTrip(t *testing.T) {
	t.Parallel()
	names := []string{"follower", "regular", "subscriber", "vip", "moderator", "editor", "broadcaster", "operator"}
	var all chat.Roles
	for _, name := range names {
		role, err := chat.ParseRole(name)
		require.NoError(t, err)
		require.NotZero(t, role)
		require.False(t, all.Any(role), "%s shares its bit with another role", name)
		require.Equal(t, []string{name}, role.Names())
		all |= role
	}
	require.Equal(t, names, all.Names())
}

func TestAnOrdinaryViewerHoldsNoRole(t *testing.T) {
	t.Parallel()
	everyone, err := chat.ParseRole("everyone")
	require.NoError(t, err)
	require.Zero(t, everyone)
	require.Equal(t, []string{}, everyone.Names())
}

func TestAnUnknownRoleIsRefusedWithTheAllowedOnes(t *testing.T) {
	t.Parallel()
	_, err := chat.ParseRole("admin")
	require.ErrorContains(t, err, `"admin"`)
	require.ErrorContains(t, err, "moderator")
}
