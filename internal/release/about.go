package release

import (
	"errors"
	"fmt"
	"slices"
)

// About is who stands behind the project and what it works with.
type About struct {
	Owner     string `json:"owner"`
	Copyright string `json:"copyright"`
	Notice    string `json:"notice"` // may be empty
	// Platforms is what this version does with each platform, whatever the
	// configuration of a runtime turns on.
	Platforms []PlatformSupport `json:"platforms"`
	// ControlPlanes are the ways of seeing and steering a runtime.
	ControlPlanes []ControlPlane `json:"control_planes"`
}

// Support says how far something is supported.
type Support string

// The words for it, as the product uses them.
const (
	Supported  Support = "active"
	OnHold     Support = "paused"
	Scaffolded Support = "scaffold"
	Intended   Support = "planned"
)

// PlatformSupport is what this version does with a platform.
type PlatformSupport struct {
	Platform string  `json:"platform"`
	Status   Support `json:"status"`
	Notes    string  `json:"notes"`
}

// ControlPlane is one way of seeing or steering a runtime.
type ControlPlane struct {
	Name   string  `json:"name"`
	Status Support `json:"status"`
	Notes  string  `json:"notes"`
	// Public ones are for viewers too; the others are for operators.
	Public bool `json:"public"`
}

// platforms are the names that the readers know.
var platforms = []string{"discord", "kick", "pilled", "rumble", "twitch", "twitter", "youtube"}

// ParseAbout reads about.json. The error names everything that is wrong.
func ParseAbout(data []byte) (About, error) {
	var a About
	if err := strictly("about.json", data, &a); err != nil {
		return About{}, err
	}
	top := &checks{where: "about.json"}
	top.text("owner", a.Owner)
	top.text("copyright", a.Copyright)
	if a.Notice != "" {
		top.text("notice", a.Notice)
	}
	wrong := top.found
	seen := map[string]bool{}
	for _, p := range a.Platforms {
		c := &checks{where: fmt.Sprintf("about.json: platform %s", p.Platform)}
		c.that(slices.Contains(platforms, p.Platform), "is not one that the readers know: %v", platforms)
		c.that(!seen[p.Platform], "stands twice")
		c.support(p.Status, p.Notes)
		seen[p.Platform] = true
		wrong = append(wrong, c.found...)
	}
	named := map[string]bool{}
	for _, p := range a.ControlPlanes {
		c := &checks{where: fmt.Sprintf("about.json: control plane %s", p.Name)}
		c.text("name", p.Name)
		c.that(!named[p.Name], "stands twice")
		c.support(p.Status, p.Notes)
		named[p.Name] = true
		wrong = append(wrong, c.found...)
	}
	return a, errors.Join(wrong...)
}

func (c *checks) support(s Support, notes string) {
	c.that(slices.Contains([]Support{Supported, OnHold, Scaffolded, Intended}, s), "status is %q: choose active, paused, scaffold or planned", s)
	c.text("notes", notes)
}
