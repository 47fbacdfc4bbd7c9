// Package admission is an extension that keeps a gateway in the memory that it has: it tells Go's garbage collector the limit of the container,
// and lets only so many bytes of requests be read and decoded at a time. What is more waits, unread, in its connection.
package admission

//go:generate go tool -modfile=../../tools.mod mdatagen metadata.yaml
