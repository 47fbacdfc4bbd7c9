// Package bolt is the ledger of one machine: a State in memory, and one bbolt file that knows it again after a restart or a kill.
//
// # How it writes
//
// A request changes the State and then waits for the next commit; a goroutine writes all that changed since the last one in one transaction,
// with fsync, and lets all go that waited. It waits for nobody: the longer a commit takes, the more requests share the next one. A commit
// holds amounts as they are, not what was added, so that one that fails is written again with the next one and counts nothing twice.
//
// When commits fail (a full disk, a directory that became read-only) the State goes on in memory, Notify hears it once, and the ticker
// tries again; with Reject the State takes back all that is not written, and the requests fail. When the file breaks while it is in use, it is
// moved aside and written anew from memory: nothing is lost.
//
// # How it reads
//
// bbolt trusts its file, and a damaged one can end the process. So the file is read without bbolt first (pages.go): every page must belong to
// one tree or to the free list, exactly once, in the order of keys, without gaps; every value must fit its checksum. Only then does bbolt
// open it. A file that is damaged, cut off or not a ledger is moved aside, named with the time, and a new one begins: no amount is ever
// taken from a file that is not whole. Where only one of the two headers is damaged, the other one is whole and one commit older; then the ledger
// goes on from there and says so.
//
// # The file
//
// ledger.db has these buckets. Numbers are big-endian, 64 bits; each value ends with the CRC-32C of its bucket's name, key and value, begun with
// the length of the key.
//
//	meta    "format"                        32-bit version, 1
//	        "seed"                          24 bytes, of the hash of ids
//	slots   series, slot                    amount, expiry
//	marks   key                             expiry, value
//	ids     minute, number of the segment   time of the write, ids
//	outbox  number of the entry             length of the alert's id as a varint, the id, the body
//	book    kind (1 hour, 2 day, 3 total),  when the row began (Unix ns, totals only), nano-USD, saved, calls, failed, unpriced, and five
//	        hour or day, key of the row     types of tokens, all as signed varints
//
// The ids of one commit and minute are one segment. When nobody writes to a minute any more, its segments are merged. What has expired leaves
// the file in small steps, one with each commit or tick. bbolt uses free pages again and never gives them back; a file of more than 16 MB
// of which more than half is free is written anew at the start.
//
// A file of a newer version is refused, with both versions in the error. A lock says when another process has the file.
package bolt
