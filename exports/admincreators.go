package exports

import (
	"context"
	"crypto/sha256"
	"fmt"
	"strings"
	"time"
)

// CreatorsInput is what admin/creators.json is made of.
type CreatorsInput struct {
	Creators []CreatorSettings
	Details  Tables
	Since    time.Time
}

type creatorsDocument struct {
	Meta     meta           `json:"meta"`
	Creators []adminCreator `json:"creators"`
}

type adminCreator struct {
	CreatorID        string           `json:"creator_id"`
	DisplayName      string           `json:"display_name"`
	Status           string           `json:"status"`
	Disabled         bool             `json:"disabled"`
	Platforms        map[string]onOff `json:"platforms"`
	PlatformsEnabled map[string]bool  `json:"platforms_enabled"`
	CreatedAt        *instant         `json:"created_at"` // the configuration does not say
	UpdatedAt        *instant         `json:"updated_at"`
	Notes            *string          `json:"notes"`
}

// BuildCreators builds admin/creators.json from the configuration, which has no
// times of its own.
func BuildCreators(in CreatorsInput) (Document, error) {
	doc := creatorsDocument{newMeta(instant(in.Since), DashboardOnly, "creators"), make([]adminCreator, 0, len(in.Creators))}
	for _, c := range creatorsByID(Settings{Creators: in.Creators}) {
		row := adminCreator{
			CreatorID: c.ID, DisplayName: shownName(c), Status: "active", Disabled: !c.Enabled,
			Platforms: make(map[string]onOff, len(c.Platforms)), PlatformsEnabled: make(map[string]bool, len(c.Platforms)),
			Notes: textOrNull(plain(in.Details.details(c.ID).Notes, 1000)),
		}
		if !c.Enabled {
			row.Status = statusDisabled
		}
		for name, on := range c.Platforms {
			name = strings.ToLower(name)
			row.Platforms[name], row.PlatformsEnabled[name] = onOff{on}, on
		}
		doc.Creators = append(doc.Creators, row)
	}
	data, err := encode(FileCreators, doc)
	if err != nil {
		return Document{}, err
	}
	return Document{File: FileCreators, Visibility: DashboardOnly, Data: data}, nil
}

func buildCreators(_ context.Context, c *collector, s Settings) ([]byte, error) {
	in := CreatorsInput{s.Creators, s.Tables, s.Since}
	if !c.remade(FileCreators, in.mark()) {
		return nil, errAsItWas
	}
	doc, err := BuildCreators(in)
	return doc.Data, err
}

// mark changes whenever the document does.
func (in CreatorsInput) mark() string {
	sum := sha256.New()
	say := func(what ...any) { _, _ = fmt.Fprintln(sum, what...) } // a hash takes everything
	say(in.Since.UnixNano(), len(in.Creators))
	for _, c := range in.Creators {
		say(c.ID, shownName(c), c.Enabled, c.Platforms, in.Details.details(c.ID).Notes)
	}
	return string(sum.Sum(nil))
}
