//go:build !linux

// Command mooring-lab is for Linux, where the test world is.
package main

import "os"

func main() { os.Exit(1) }
