package install

import "strconv"

// ErrorName is a stable word for what went wrong. errors.Is(err, ErrNotRoot) asks an [Error] for its name.
type ErrorName string

// The names. What each means to a person is in the message.
const (
	ErrNotRoot          ErrorName = "not-root"
	ErrBadOperator      ErrorName = "bad-operator"
	ErrUnknownUser      ErrorName = "unknown-user"
	ErrUnsafePath       ErrorName = "unsafe-path"
	ErrBadOperatorsFile ErrorName = "bad-operators-file"
	ErrHelperRunning    ErrorName = "helper-running"
	ErrStartFailed      ErrorName = "start-failed"
	ErrNoServiceManager ErrorName = "no-service-manager"
	ErrUnsupported      ErrorName = "unsupported-system"
)

func (n ErrorName) Error() string { return string(n) }

// Error is a refusal or a failure. Path is the file or folder that it is about and Quoted the offending text, "" when
// there is none.
type Error struct {
	Name    ErrorName
	Path    string
	Message string
	Quoted  string
}

func (e *Error) Error() string {
	text := string(e.Name) + ": "
	if e.Path != "" {
		text += e.Path + ": "
	}
	text += e.Message
	if e.Quoted != "" {
		text += " (got " + strconv.Quote(e.Quoted) + ")"
	}
	return text
}

// Is tells whether target is this error's name.
func (e *Error) Is(target error) bool { return target == e.Name }
