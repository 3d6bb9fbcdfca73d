package migrate_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/require"
)

// contractSchemas is the contract's own folder, which lies beside the checkout.
const contractSchemas = "../../../../shared/contract/schemas/config"

func TestWhatIsWrittenKeepsTheContract(t *testing.T) {
	t.Parallel()
	if _, err := os.Stat(contractSchemas); err != nil {
		t.Logf("the contract is not beside this checkout; the project's own schemas are tested as well")
		return
	}
	for name, docs := range older() {
		if name == otherNames {
			continue
		}
		for _, change := range newState(t, docs).plan().Changes {
			if change.After == nil {
				continue
			}
			document := strings.TrimSuffix(filepath.Base(change.Name), ".json")
			schema, err := jsonschema.NewCompiler().Compile(filepath.Join(contractSchemas, document+".schema.json"))
			require.NoError(t, err)
			value, err := jsonschema.UnmarshalJSON(bytes.NewReader(change.After))
			require.NoError(t, err)
			require.NoError(t, schema.Validate(value), "%s: %s\n%s", name, change.Name, change.After)
		}
	}
}
