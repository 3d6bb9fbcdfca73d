package exports

import (
	"context"
	"maps"
	"slices"
	"time"
)

// look builds the documents that tell of the rows that may have changed, but no
// heartbeats: documents whose rows did not change are not even read. Pages of older
// rows are left out when none of theirs changed and they got no other one. It tells which files
// would be among the documents if they still were documents.
func (c *collector) look(ctx context.Context, told changes) (docs []Document, owned func(file string) bool, err error) {
	if told.complete = told.complete || c.listed == nil; told.complete {
		c.liveDue, c.marks, told.rows = time.Time{}, nil, anyRows // live documents belong to it
		c.firings = nil                                           // what they stand on may have been pruned
	}
	s := c.settings()
	parts, err := c.changedParts(ctx, s, told)
	if err != nil {
		return nil, nil, err
	}
	for _, p := range parts {
		docs = append(docs, p.docs...)
	}
	others, err := c.each(ctx, s, func(k kind) bool { return !k.withSnapshot() && k.tellsOf()&told.rows != 0 })
	if err != nil {
		return nil, nil, err
	}
	docs, err = c.list(append(docs, others...), parts, s)
	return docs, ownedBy(parts), err
}

// changedParts reads the families that tell of what changed.
func (c *collector) changedParts(ctx context.Context, s Settings, told changes) ([]part, error) {
	if told.complete {
		return c.parts(ctx, s, true)
	}
	var parts []part
	for _, f := range families() {
		if f.follows&told.rows == 0 {
			continue
		}
		p, err := c.changedPart(ctx, f, s, told)
		if err != nil {
			return nil, err
		}
		p.family = f.folder
		parts = append(parts, p)
	}
	return parts, nil
}

// changedPart reads as little of a family as tells what changed.
func (c *collector) changedPart(ctx context.Context, f family, s Settings, told changes) (part, error) {
	if f.some != nil {
		p, enough, err := f.some(ctx, c, s, told)
		if err != nil || enough {
			return p, err
		}
		return f.read(ctx, c, s, true)
	}
	p, err := f.read(ctx, c, s, false)
	if err == nil && !p.whole && p.moved {
		return f.read(ctx, c, s, true)
	}
	return p, err
}

// list remembers the families that were read as a whole, and adds meta.json, which
// lists the documents of them all, when there was one.
func (c *collector) list(docs []Document, parts []part, s Settings) ([]Document, error) {
	listed, fronts, orders, news := slices.Clone(c.listed), map[string]string{}, map[string][]string{}, false
	if listed == nil {
		listed = make([]part, len(families()))
	}
	maps.Copy(fronts, c.fronts)
	maps.Copy(orders, c.orders)
	for i, f := range families() {
		at := slices.IndexFunc(parts, func(p part) bool { return p.family == f.folder && (p.whole || p.ordered) })
		if at < 0 {
			continue
		}
		p := parts[at]
		fronts[f.key()] = p.oldest
		if f.some != nil {
			orders[f.key()] = p.rows
		}
		if p.whole {
			listed[i], news = p.names(), true
		}
	}
	if news {
		meta, err := metaOf(listed, s)
		if err != nil {
			return nil, err
		}
		docs = append(docs, meta)
	}
	c.listed, c.fronts, c.orders = listed, fronts, orders
	return docs, nil
}

// names is the part with the names of its documents alone.
func (p part) names() part {
	named := part{family: p.family, whole: p.whole, listed: p.listed}
	for _, d := range p.docs {
		named.docs = append(named.docs, Document{File: d.File})
	}
	return named
}

// ownedBy tells which files belong to the families that were read as a whole. When
// all of them were, every file belongs to the set that is not written by itself.
func ownedBy(parts []part) func(file string) bool {
	var whole []string
	for _, p := range parts {
		if p.whole {
			whole = append(whole, p.family)
		}
	}
	if len(whole) == len(families()) {
		own := heartbeats()
		return func(file string) bool { return !slices.Contains(own, file) }
	}
	return func(file string) bool {
		f, known := familyOf(file)
		return known && slices.Contains(whole, f.folder)
	}
}
