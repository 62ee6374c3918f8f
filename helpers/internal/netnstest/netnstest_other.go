//go:build !linux

// Package netnstest runs tests in a network namespace; there are none here.
package netnstest
