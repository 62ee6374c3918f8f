package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"syscall"

	"mooring.dev/helpers/internal/hub"
	"mooring.dev/helpers/internal/hub/config"
	"mooring.dev/helpers/internal/wireguard"
)

// serve runs the hub until a signal. The file and the key are checked before anything is touched.
func serve(o options, log *slog.Logger) (status int, err error) {
	if os.Geteuid() != 0 {
		return exitNotRoot, fmt.Errorf("must run as root, this is uid %d", os.Geteuid())
	}
	c, err := config.Load(o.file)
	if err != nil {
		return exitUsage, err
	}
	key, err := config.LoadKey(c.PrivateKeyFile)
	if err != nil {
		return exitUsage, err
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	wireguard.KeepSmall()
	err = hub.Serve(ctx, hub.Options{
		Log: log, Config: c, Key: key, StateDir: hub.RuntimeDir, SocketDir: hub.WireGuardDir,
	}, changes(ctx, log, o.file))
	if err != nil {
		return exitTrouble, err
	}
	return 0, nil
}

// changes reads the file anew at each SIGHUP. A wrong one is logged and nothing more.
func changes(ctx context.Context, log *slog.Logger, file string) <-chan config.Config {
	hangups, out := make(chan os.Signal, 1), make(chan config.Config)
	signal.Notify(hangups, syscall.SIGHUP)
	go func() {
		defer signal.Stop(hangups)
		for {
			select {
			case <-ctx.Done():
				return
			case <-hangups:
			}
			c, err := config.Load(file)
			if err != nil {
				log.Error("the changed file is not applied", "err", err)
				continue
			}
			select {
			case out <- c:
			case <-ctx.Done():
				return
			}
		}
	}()
	return out
}
