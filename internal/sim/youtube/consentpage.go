package youtube

import (
	"html/template"
	"net/http"
)

// consentPage asks which account lets the application in.
var consentPage = template.Must(template.New("consent").Parse(`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Simulated sign-in</title></head><body>
<h1>Simulated sign-in</h1>
<p>An application asks for access to a simulated YouTube account:</p>
<ul>{{range .Asked}}<li>{{.}}</li>{{end}}</ul>
<form method="post">
{{range $name, $values := .Fields}}{{range $values}}<input type="hidden" name="{{$name}}" value="{{.}}">
{{end}}{{end}}{{range .Answers}}<button name="{{$.Name}}" value="{{.Channel}}">Allow as {{.Title}}</button>
{{end}}</form>
<form method="post">
{{range $name, $values := .Fields}}{{range $values}}<input type="hidden" name="{{$name}}" value="{{.}}">
{{end}}{{end}}<input type="hidden" name="deny" value="1">
{{range .Answers}}<button name="{{$.Name}}" value="{{.Channel}}">Deny as {{.Title}}</button>
{{end}}</form>
</body></html>
`))

// notePage tells a person something.
var notePage = template.Must(template.New("note").Parse(`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Simulated sign-in</title></head><body><p>{{.}}</p></body></html>
`))

// pageError is an error that the browser shows, because there is no safe address
// to send it to.
type pageError struct {
	code int
	text string
}

func (e pageError) write(w http.ResponseWriter) { note(w, e.code, e.text) }

func note(w http.ResponseWriter, status int, text string) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_ = notePage.Execute(w, text)
}
