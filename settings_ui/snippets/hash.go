package servicebot

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
)

const (
	portalID  = "__PORTAL_ID__"
	secretKey = "__SECRET_KEY__" // stays on the server
)

// Hash takes who your own session says is logged in, with an address that is verified.
func Hash(identity string) string {
	mac := hmac.New(sha256.New, []byte(secretKey))
	mac.Write([]byte(identity))
	return hex.EncodeToString(mac.Sum(nil))
}

// Settings is what the page needs; html/template writes it into a <script> safely.
func Settings(identity string) map[string]string {
	return map[string]string{
		"portal_id":       portalID,
		"__IDENTIFY_BY__": identity,
		"hash":            Hash(identity),
	}
}
