// Package bolt is a ledger in one file.
package bolt
