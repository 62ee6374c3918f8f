package install

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/user"
	"strconv"

	"mooring.dev/helpers/internal/auth"
)

// nobody is who Linux says a peer is whose user this machine cannot name, such as those of a container
// (/proc/sys/kernel/overflowuid), so it stands for no one person. On macOS the user of that name is -2.
const (
	nobody      = 65534
	nobodyMacOS = 1<<32 - 2
)

// parseOperator takes a user id in decimal, without sign or leading zeros.
func parseOperator(text string) (uint32, error) {
	bad := func(message string) (uint32, error) {
		return 0, &Error{Name: ErrBadOperator, Message: message, Quoted: text}
	}
	uid, err := strconv.ParseUint(text, 10, 32)
	switch {
	case text == "":
		return bad("--operator UID says which user may bring tunnels up and down")
	case err != nil || strconv.FormatUint(uid, 10) != text:
		return bad("the operator must be a user id, such as 1000")
	case uid == 1<<32-1:
		return bad("this number means no user at all")
	case uid == nobody || uid == nobodyMacOS:
		return bad("this number stands for every user that the machine does not know")
	}
	return uint32(uid), nil
}

// knownUser looks a user up. Without libc only /etc/passwd can be asked, which lacks the users of a directory
// service; of those sudo and pkexec have asked libc, and say so in the environment that they make.
func knownUser(uid uint32) error {
	text := strconv.FormatUint(uint64(uid), 10)
	if text == os.Getenv("SUDO_UID") || text == os.Getenv("PKEXEC_UID") {
		return nil
	}
	_, err := user.LookupId(text)
	if unknown := user.UnknownUserIdError(0); errors.As(err, &unknown) {
		return &Error{Name: ErrUnknownUser, Message: "no user of this machine has this id", Quoted: text}
	} else if err != nil {
		return fmt.Errorf("look up user %s: %w", text, err)
	}
	return nil
}

const operatorsHead = "# User ids that may change what Mooring does, one a line. Root always may.\n"

// withOperator gives the operators file with uid in it, as it is when nothing is to be added: root needs no line.
func withOperator(file []byte, exists bool, uid uint32, path string) ([]byte, error) {
	if !exists {
		file = []byte(operatorsHead)
	}
	listed, err := auth.ParseOperators(bytes.NewReader(file), path)
	if err != nil {
		return nil, &Error{Name: ErrBadOperatorsFile, Message: err.Error() + "; mend the file first"}
	}
	if uid == 0 || listed[uid] {
		return file, nil
	}
	if len(file) > 0 && file[len(file)-1] != '\n' {
		file = append(file, '\n')
	}
	return fmt.Appendf(file, "%d\n", uid), nil
}
