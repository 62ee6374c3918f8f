package udpbind

import (
	"testing"

	"mooring.dev/helpers/internal/netnstest"
)

func TestMain(m *testing.M) { netnstest.Main(m) }

var must = netnstest.Must
