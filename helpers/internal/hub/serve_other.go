//go:build !linux

package hub

import (
	"context"

	"mooring.dev/helpers/internal/hub/config"
)

// Serve gives ErrUnsupported.
func Serve(context.Context, Options, <-chan config.Config) error { return ErrUnsupported }
