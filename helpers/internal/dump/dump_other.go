//go:build !linux

package dump
