// Package budget decides about money: which period a call belongs to, what was spent in it, and which alert that raises. It knows
// neither spans nor configuration files; it talks to a ledger, and every function takes the time as an argument.
package budget
