package install

// launchdLabel is the name that launchd knows the helper by.
const launchdLabel = "dev.mooring.helper"

// launchdLog is the helper's own words, in its state folder.
const launchdLog = "helper.log"

// macPlaces are those of macOS. Its /etc and /var are links, which an installation does not follow; /private/var/run
// may be written by a group, so that the socket has a folder of its own elsewhere.
func macPlaces() places {
	return places{
		binaryDir:    "/Library/Mooring/libexec",
		operatorsDir: "/private/etc/mooring",
		stateDir:     "/private/var/db/mooring",
		runtimeDir:   "/private/var/mooring",
		serviceDir:   "/Library/LaunchDaemons",
		service:      launchdLabel + ".plist",
		serviceLink:  launchdLabel + ".plist", // launchd makes nothing of it
	}
}
