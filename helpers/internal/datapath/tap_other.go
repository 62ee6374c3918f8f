//go:build !linux && !darwin

package datapath

import "errors"

// OpenTAP gives an error that is errors.ErrUnsupported.
func OpenTAP(string, PortOptions) (Port, error) { return nil, errors.ErrUnsupported }

// OpenTUN gives an error that is errors.ErrUnsupported.
func OpenTUN(string, PortOptions) (Port, error) { return nil, errors.ErrUnsupported }
