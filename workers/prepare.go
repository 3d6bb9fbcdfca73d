package workers

import (
	"context"
	"errors"
	"fmt"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/operatorservice/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"

	"github.com/streamsuites/streamsuites/internal/control"
)

// EnsureSearchAttributes registers the search attributes of the main namespace.
// Those that exist with the right type are left alone.
func EnsureSearchAttributes(ctx context.Context, c client.Client) error {
	wanted := map[string]enumspb.IndexedValueType{
		control.AttrClipState.GetName():          control.AttrClipState.GetValueType(),
		control.AttrCreator.GetName():            control.AttrCreator.GetValueType(),
		control.AttrPlatform.GetName():           control.AttrPlatform.GetValueType(),
		control.AttrDestinations.GetName():       control.AttrDestinations.GetValueType(),
		control.AttrFailedDestinations.GetName(): control.AttrFailedDestinations.GetValueType(),
	}
	existing, err := c.OperatorService().ListSearchAttributes(ctx, &operatorservice.ListSearchAttributesRequest{Namespace: control.Namespace})
	if err != nil {
		return fmt.Errorf("list the search attributes: %w", err)
	}
	for name, is := range existing.GetCustomAttributes() {
		want, ours := wanted[name]
		if ours && is != want {
			return fmt.Errorf("the search attribute %s exists as %s, %s is needed: remove it or use another namespace", name, is, want)
		}
		delete(wanted, name)
	}
	if len(wanted) == 0 {
		return nil
	}
	_, err = c.OperatorService().AddSearchAttributes(ctx, &operatorservice.AddSearchAttributesRequest{
		Namespace: control.Namespace, SearchAttributes: wanted,
	})
	var exists *serviceerror.AlreadyExists
	if err != nil && !errors.As(err, &exists) {
		return fmt.Errorf("register the search attributes: %w", err)
	}
	return nil
}
