package access

import (
	"context"
	"sync"
	"time"
)

// App are the tokens of the application.
type App struct {
	grant func(ctx context.Context) (Token, error)
	clock func() time.Time

	mu    sync.Mutex
	token Token
}

// NewApp returns tokens that grant is asked for when they are first needed.
func NewApp(grant func(ctx context.Context) (Token, error), clock func() time.Time) *App {
	return &App{grant: grant, clock: clock}
}

// Token returns the current access token; one whose end is near is replaced first.
func (a *App) Token(ctx context.Context) (string, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.token.Access != "" && !a.token.ending(a.clock()) {
		return a.token.Access, nil
	}
	return a.replace(ctx)
}

// Refresh replaces an access token that the platform refused and returns its
// successor. If it was replaced meanwhile, that one is returned.
func (a *App) Refresh(ctx context.Context, refused string) (string, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.token.Access != "" && a.token.Access != refused {
		return a.token.Access, nil
	}
	return a.replace(ctx)
}

func (a *App) replace(ctx context.Context) (string, error) {
	fresh, err := a.grant(ctx)
	if err != nil {
		return "", err
	}
	a.token = fresh
	return fresh.Access, nil
}
