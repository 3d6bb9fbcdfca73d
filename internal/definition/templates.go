package definition

import (
	"fmt"
	"iter"
)

// Templates lists every text with variables in the definition, by its field,
// such as subcommands[0].responses[1].
func (d Definition) Templates() iter.Seq2[string, string] {
	return func(yield func(string, string) bool) {
		if !templatesOf("", d.Responses, d.Actions, yield) {
			return
		}
		for i, s := range d.Subcommands {
			if !templatesOf(fmt.Sprintf("subcommands[%d].", i), s.Responses, s.Actions, yield) {
				return
			}
		}
	}
}

func templatesOf(at string, responses []string, actions []Action, yield func(string, string) bool) bool {
	for i, text := range responses {
		if !yield(fmt.Sprintf("%sresponses[%d]", at, i), text) {
			return false
		}
	}
	for i, a := range actions {
		if a.Text != "" && !yield(fmt.Sprintf("%sactions[%d].text", at, i), a.Text) {
			return false
		}
		if a.Title != "" && !yield(fmt.Sprintf("%sactions[%d].title", at, i), a.Title) {
			return false
		}
	}
	return true
}
