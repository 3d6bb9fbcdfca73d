package main

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"strconv"
	"strings"
	"text/tabwriter"
	"text/template"
)

// Figure is one measured value. Value, Reference and Ratio are rounded when they
// are written.
type Figure struct {
	Name  string
	Value float64
	Unit  string

	// Reference is what the same machine does in the same run without StreamSuites'
	// part of the work, in the same unit; 0 for none.
	Reference float64
	// ReferenceIs says what the reference is.
	ReferenceIs string

	// Target is what the value has to reach, or must not exceed when Lower is set; 0
	// for none.
	Target float64
	Lower  bool // less is better

	How     string   // what was measured
	Details []string // what else this run showed
}

// ratio is the value as a multiple of the reference.
func (f Figure) ratio() float64 {
	if f.Reference == 0 {
		return 0
	}
	return f.Value / f.Reference
}

// verdict says whether the target is met.
func (f Figure) verdict() string {
	switch {
	case f.Target == 0:
		return ""
	case f.Lower && f.Value <= f.Target, !f.Lower && f.Value >= f.Target:
		return "met"
	default:
		return "missed"
	}
}

// goal words the target.
func (f Figure) goal() string {
	switch {
	case f.Target == 0:
		return ""
	case f.Lower:
		return "≤ " + number(f.Target)
	default:
		return "≥ " + number(f.Target)
	}
}

// Section is a table for people with words around it.
type Section struct {
	Title  string
	Text   string // before the table
	Head   []string
	Rows   [][]string // as many cells as Head; all but the first are numbers
	Result string     // after the table
}

// Finding is what a suite found.
type Finding struct {
	Figures  []Figure
	Sections []Section
}

// Report is everything that one run of the program found, in the order in which it
// was measured.
type Report struct {
	Machine Machine
	Finding
}

// Table is the figures for the terminal.
func (r Report) Table() string {
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintln(w, "figure\tvalue\tunit\ttarget\t\treference\tratio")
	for _, f := range r.Figures {
		_, _ = fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\t%s\n", f.Name, number(f.Value), f.Unit, f.goal(), f.verdict(),
			orNothing(f.Reference), orNothing(f.ratio()))
	}
	_ = w.Flush()
	return b.String()
}

// figure is the form of a Figure in benchmarks.json. Reference and Ratio are null
// where there is no reference.
type figure struct {
	Name      string   `json:"name"`
	Value     float64  `json:"value"`
	Unit      string   `json:"unit"`
	Reference *float64 `json:"reference"`
	Ratio     *float64 `json:"ratio"`
}

// JSON is the figures for programs.
func (r Report) JSON() ([]byte, error) {
	rows := make([]figure, len(r.Figures))
	for i, f := range r.Figures {
		rows[i] = figure{Name: f.Name, Value: round(f.Value), Unit: f.Unit}
		if f.Reference != 0 {
			reference, ratio := round(f.Reference), round(f.ratio())
			rows[i].Reference, rows[i].Ratio = &reference, &ratio
		}
	}
	text, err := json.MarshalIndent(rows, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("encode the figures: %w", err)
	}
	return append(text, '\n'), nil
}

//go:embed document.md.tmpl
var documentText string

var document = template.Must(template.New("document").Funcs(template.FuncMap{
	"number": number, "orNothing": orNothing, "goal": Figure.goal, "verdict": Figure.verdict, "ratio": Figure.ratio,
}).Parse(documentText))

// Document is the report for people, in Markdown.
func (r Report) Document() ([]byte, error) {
	var b bytes.Buffer
	if err := document.Execute(&b, r); err != nil {
		return nil, fmt.Errorf("write the report: %w", err)
	}
	return b.Bytes(), nil
}

// Write writes the report to both files.
func (r Report) Write(documentPath, figuresPath string) error {
	text, err := r.Document()
	if err != nil {
		return err
	}
	figures, err := r.JSON()
	if err != nil {
		return err
	}
	for path, content := range map[string][]byte{documentPath: text, figuresPath: figures} {
		if err := os.WriteFile(path, content, 0o644); err != nil { //nolint:gosec // for everybody to read
			return fmt.Errorf("write the report: %w", err)
		}
	}
	return nil
}

// round keeps three significant digits behind the point of small numbers and none
// of large ones: more would be noise.
func round(v float64) float64 {
	if v == 0 || math.IsNaN(v) || math.IsInf(v, 0) {
		return 0
	}
	digits := max(0, 2-int(math.Floor(math.Log10(math.Abs(v)))))
	scale := math.Pow(10, float64(digits))
	return math.Round(v*scale) / scale
}

// number writes a number for people.
func number(v float64) string {
	text := strconv.FormatFloat(round(v), 'f', -1, 64)
	whole, fraction, _ := strings.Cut(text, ".")
	for i := len(whole) - 3; i > 0 && whole[i-1] != '-'; i -= 3 {
		whole = whole[:i] + "," + whole[i:]
	}
	if fraction == "" {
		return whole
	}
	return whole + "." + fraction
}

func orNothing(v float64) string {
	if v == 0 {
		return ""
	}
	return number(v)
}
