package exports

import (
	"context"
	"fmt"
	"maps"
	"slices"
)

// some builds the front and those pages whose rows changed, or got another one, since
// all rows were read: the order in which rows stand never changes, so what stood
// behind the front then still does. It reports false when only a look at all rows can
// tell which pages these are.
func (r pagedRows[T]) some(ctx context.Context, c *collector, perPage int, told changes) (p part, enough bool, err error) {
	before := c.orders[r.front]
	if len(before) < perPage {
		return part{}, false, nil
	}
	if pages := (pagesOf{before, perPage}); pages.hold(told) {
		p = part{rows: before, ordered: true, oldest: before[perPage-1]}
		stale, _ := pages.with(told.clips, pages.older())
		p.docs, enough, err = r.pages(ctx, pages, stale)
		return p, enough, err
	}
	front, err := r.list(ctx, perPage)
	if err != nil {
		return part{}, false, fmt.Errorf("read the newest %s: %w", pageFolder(r.front), err)
	}
	order, follows := behind(r.ids(front), before)
	pages := pagesOf{order, perPage}
	if !follows || pages.count() != (pagesOf{before, perPage}).count() {
		return part{}, false, nil // the list of documents changes as well
	}
	stale, known := pages.with(told.clips, len(before)-perPage)
	if !known {
		return part{}, false, nil
	}
	p = part{rows: order, ordered: true, oldest: order[perPage-1]}
	p.docs, enough, err = r.pages(ctx, pages, stale)
	if err != nil || !enough {
		return part{}, false, err
	}
	doc, err := r.build(r.front, front)
	p.docs = append(p.docs, doc)
	return p, err == nil, err
}

// pages builds the pages of the given numbers. It reports false when one of their
// rows is no more.
func (r pagedRows[T]) pages(ctx context.Context, in pagesOf, numbers []int) (docs []Document, there bool, err error) {
	for _, n := range numbers {
		ids := in.page(n)
		rows, err := r.byID(ctx, ids)
		if err != nil {
			return nil, false, fmt.Errorf("read page %d of the %s: %w", n, pageFolder(r.front), err)
		}
		if !slices.Equal(r.ids(rows), ids) {
			return nil, false, nil
		}
		doc, err := r.build(page(r.front, n), rows)
		if err != nil {
			return nil, false, err
		}
		docs = append(docs, doc)
	}
	return docs, true, nil
}

func (r pagedRows[T]) ids(rows []T) []string {
	ids := make([]string, len(rows))
	for i, row := range rows {
		ids[i] = r.id(row)
	}
	return ids
}

// behind is the order of all rows, from those that are in front now and the order
// before. It reports false when that cannot be told: rows are gone, or so many came
// that the front does not reach those that were there.
func behind(front, before []string) (order []string, known bool) {
	if len(front) == 0 {
		return nil, false
	}
	last := slices.Index(before, front[len(front)-1])
	inFront := map[string]bool{}
	for _, id := range front {
		inFront[id] = true
	}
	for _, id := range before[:last+1] {
		if !inFront[id] {
			return nil, false
		}
	}
	return slices.Concat(front, before[last+1:]), last >= 0
}

// pagesOf tells which rows stand on which page, see inPages.
type pagesOf struct {
	order   []string // ids of all rows, the newest first
	perPage int
}

// older is how many rows stand on pages.
func (p pagesOf) older() int { return max(0, len(p.order)-p.perPage) }

func (p pagesOf) count() int { return (p.older() + p.perPage - 1) / p.perPage }

// hold reports whether all that changed are rows on pages, so that the front stays as
// it is.
func (p pagesOf) hold(told changes) bool {
	if told.rows&otherRows != 0 || len(told.clips) == 0 {
		return false // it may be more than that
	}
	found := 0
	for _, id := range p.order[p.perPage:] {
		if told.clips[id] {
			found++
		}
	}
	return found == len(told.clips)
}

// page are the rows of the nth page, the newest first.
func (p pagesOf) page(n int) []string {
	oldest := len(p.order) - (n-1)*p.perPage
	return p.order[max(p.perPage, oldest-p.perPage):oldest]
}

// with are the numbers of the pages with changed rows, and of those that got a row
// since so many rows stood on pages. It reports false for a row that it does not know.
func (p pagesOf) with(changed map[string]bool, before int) (numbers []int, known bool) {
	stale, found := map[int]bool{}, 0
	for i, id := range p.order {
		place := len(p.order) - 1 - i // counted from the oldest row
		onPage := i >= p.perPage
		if changed[id] {
			found++
		}
		if onPage && (changed[id] || place >= before) {
			stale[place/p.perPage+1] = true
		}
	}
	return slices.Sorted(maps.Keys(stale)), found == len(changed)
}
