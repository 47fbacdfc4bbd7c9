// Package bolt is the ledger of one machine: a State in memory, and one bbolt file that knows it again after a restart or a kill.
//
// # How it writes
//
// A request changes the State and then waits for the next commit; a goroutine appends all that changed since the last one to a log, as one
// record, durably, and lets all go that waited. A request that is alone, as the last one was, does that by itself: to wake another goroutine and
// to be woken by it takes as much as the write. The log has its blocks before anything is written, so a commit is one write that changes nothing
// else on the disk, around the kernel's cache where the file system has that. Each second, or when there is a megabyte of it, the log is folded
// into the file with two transactions, and is empty again: a record is one write, and a transaction of bbolt is ten, of which two wait for the
// disk. A commit that follows another one waits up to two milliseconds for as many requests as were under way then; one request alone waits for
// nobody. A record holds amounts as they are, not what was added, so that one that fails is written again with the next one and counts nothing
// twice.
//
// When commits fail (a full disk, a directory that became read-only) or the log cannot be folded, the State goes on in memory, Notify hears it
// once, and the ticker tries again; with Reject the State takes back all that is not written, and the requests fail. When the file breaks while
// it is in use, it is moved aside and written anew from memory: nothing is lost.
//
// # How it reads
//
// bbolt trusts its file, and a damaged one can end the process. So the file is read without bbolt first (pages.go): every page must belong to
// one tree or to the free list, exactly once, in the order of keys, without gaps; every value must fit its checksum. Only then does bbolt open
// it. A file that is damaged, cut off or not a ledger is moved aside, named with the time, and a new one begins: no amount is ever taken from a
// file that is not whole. A fold is two transactions, so that both headers are of a file that has it before the log forgets it: where one header
// is damaged, the ledger goes on from the other one and the log, has all, and says so.
//
// Then come the records of the log that the file has not. One of which blocks are missing was being written when the process ended: nobody was
// told that it is durable, and it does not count. One that is damaged ends the log too, and is said; so are records that are missing. What the
// log has is folded before the next record is written, which stands where the first one stood. The file says by the sequence of its meta bucket that
// it has a log beside it: after a kill one that is gone is said, too.
//
// # The file
//
// ledger.db has these buckets. Numbers are big-endian, 64 bits; each value ends with the CRC-32C of its bucket's name, key and value, begun with
// the length of the key.
//
//	meta    "format"                        32-bit version, 3
//	        "logged"                        number of the last record of the log that is folded
//	        "seed"                          24 bytes, of the hash of ids
//	slots   series, slot                    amount, expiry
//	marks   key                             expiry, value
//	ids     minute, number of the segment   time of the write, ids
//	outbox  number of the entry             length of the alert's id as a varint, the id, the body
//	book    kind (1 hour, 2 day, 3 total),  when the row began (Unix ns, totals only), nano-USD, saved, calls, failed, unpriced, and five
//	        hour or day, key of the row     types of tokens, all as signed varints
//
// The ids of one commit and minute are one segment. When nobody writes to a minute any more, its segments are merged. What has expired leaves
// the file in small steps, one with each tick. bbolt uses free pages again and never gives them back; a file of more than 16 MB of which more
// than half is free is written anew at the start.
//
// ledger.log has blocks of 4,096 bytes, each a checksum of its header, the ledger and the place, a generation, the number of its bytes that
// count, and these bytes. They go on in the next block where one is full and the next one is of the same generation; all else in the file is of
// commits that are over. The bytes are records, each of a length (32 bits), a number, a checksum of the two, a checksum of the rest, and values
// as in the file, each with its bucket and key. The log is gone while no process has the ledger, unless one was killed.
//
// A file of version 1, which had no log, is read, and so is one of version 2, whose log was the records alone. A file of a newer version is
// refused, with both versions in the error. A lock says when another process has the file.
package bolt
