package temporalserver

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"
	"github.com/labstack/echo/v4/middleware"
	"github.com/temporalio/ui-server/v2/server/api"
	"github.com/temporalio/ui-server/v2/server/auth"
	"github.com/temporalio/ui-server/v2/server/config"
	"github.com/temporalio/ui-server/v2/server/cors"
	"github.com/temporalio/ui-server/v2/server/csrf"
	"github.com/temporalio/ui-server/v2/server/headers"
	"github.com/temporalio/ui-server/v2/server/route"
	"github.com/temporalio/ui-server/v2/ui"

	"github.com/streamsuites/streamsuites/internal/control"
)

const headerTimeout = 10 * time.Second

// web is the running web UI.
type web struct {
	server *http.Server
	served chan error
}

// startUI serves the web UI on a listener of ours. The UI's own server cannot be
// used: it ends the whole process when its port is taken.
func startUI(listener net.Listener, frontend string) (*web, error) {
	handler, err := uiHandler(&config.Config{
		Host: loopback, TemporalGRPCAddress: frontend, DefaultNamespace: control.Namespace,
		EnableUI: true, HideLogs: true, DisableNewsFetch: true,
		CORS: config.CORS{CookieInsecure: true}, // loopback has no TLS
	})
	if err != nil {
		return nil, fmt.Errorf("set up the web UI: %w", err)
	}
	w := &web{
		server: &http.Server{Handler: handler, ReadHeaderTimeout: headerTimeout},
		served: make(chan error, 1),
	}
	go func() { w.served <- w.server.Serve(listener) }()
	return w, nil
}

// uiHandler puts the parts of the web UI together that a server on loopback
// without logins needs.
func uiHandler(cfg *config.Config) (http.Handler, error) {
	provider, err := config.NewConfigProviderWithRefresh(cfg)
	if err != nil {
		return nil, err
	}
	assets, err := ui.Assets()
	if err != nil {
		return nil, err
	}
	if assets, err = fs.Sub(assets, "local"); err != nil {
		return nil, err
	}
	e := echo.New()
	e.Use(middleware.Recover(), middleware.Gzip(), cors.CORSMiddleware(cors.CORSConfig{
		AllowHeaders: []string{
			echo.HeaderOrigin, echo.HeaderContentType, echo.HeaderAccept,
			echo.HeaderXCSRFToken, echo.HeaderAuthorization, auth.AuthorizationExtrasHeader, callerType,
		},
		AllowCredentials: true,
		ConfigProvider:   provider,
	}), middleware.Secure())
	const cookiesNeedTLS = false
	e.Use(csrf.EnsureTokenCookie(cookiesNeedTLS), middleware.CSRFWithConfig(csrf.MiddlewareConfig(provider, cookiesNeedTLS)))
	e.Pre(route.PublicPath(cfg.PublicPath))
	route.SetHealthRoute(e)
	forward := headers.WithForwardHeaders([]string{auth.AuthorizationExtrasHeader, callerType})
	if err := route.SetAPIRoutes(e, provider, []api.Middleware{forward}); err != nil {
		return nil, err
	}
	if err := route.SetUIRoutes(e, cfg.PublicPath, assets, provider); err != nil {
		return nil, err
	}
	route.SetRenderRoute(e, "/")
	return e, nil
}

// callerType is the header by which the server tells people from programs.
const callerType = "Caller-Type"

// stop ends the UI, letting requests in flight finish until ctx ends.
func (w *web) stop(ctx context.Context) error {
	err := w.server.Shutdown(ctx)
	if err != nil {
		err = errors.Join(fmt.Errorf("stop the web UI: %w", err), w.server.Close())
	}
	if served := <-w.served; !errors.Is(served, http.ErrServerClosed) {
		err = errors.Join(err, fmt.Errorf("serve the web UI: %w", served))
	}
	return err
}
