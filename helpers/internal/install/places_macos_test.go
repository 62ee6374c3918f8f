package install

import (
	"encoding/xml"
	"errors"
	"io"
	"os"
	"path"
	"slices"
	"strings"
	"testing"
)

// TestLaunchdRunsWhatIsInstalled reads the job as XML and compares it with what the installation is made of.
func TestLaunchdRunsWhatIsInstalled(t *testing.T) {
	p := macPlaces()
	data, err := os.ReadFile(p.service)
	if err != nil {
		t.Fatal(err)
	}
	words := words(t, string(data))
	after := func(key string, n int) []string {
		i := slices.Index(words, key)
		if i < 0 || i+1+n > len(words) {
			t.Fatalf("there is no %s", key)
		}
		return words[i+1 : i+1+n]
	}
	if got := after("Label", 1)[0]; got != launchdLabel {
		t.Errorf("label %s", got)
	}
	if got, want := after("ProgramArguments", len(p.command())), p.command(); !slices.Equal(got, want) {
		t.Errorf("runs %q\nwant %q", got, want)
	}
	if got, want := after("PathState", 1)[0], path.Join(p.serviceDir, p.service); got != want {
		t.Errorf("is kept alive while %s is there, want %s", got, want)
	}
	if got, want := after("StandardErrorPath", 1)[0], path.Join(p.stateDir, launchdLog); got != want {
		t.Errorf("its words go to %s, want %s", got, want)
	}
	if len(p.socket()) >= 104 { // struct sockaddr_un, bsd/sys/un.h
		t.Errorf("%s is too long for a socket", p.socket())
	}
}

// words are the texts of an XML document, in order.
func words(t *testing.T, text string) (all []string) {
	t.Helper()
	for d := xml.NewDecoder(strings.NewReader(text)); ; {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return all
		} else if err != nil {
			t.Fatal(err)
		}
		if chars, ok := token.(xml.CharData); ok {
			if word := strings.TrimSpace(string(chars)); word != "" {
				all = append(all, word)
			}
		}
	}
}
