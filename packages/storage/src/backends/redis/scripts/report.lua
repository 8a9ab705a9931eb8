-- Keeps one conflict.
-- KEYS  1 conflicts
-- ARGV  1 member  2 loser  3 '1' if the loser is a tombstone  4 its value  5 winner  6 '1' if it is one  7 its value
add_conflict(KEYS[1], ARGV[1], ARGV[2], ARGV[3] ~= '1' and ARGV[4], ARGV[5], ARGV[6] ~= '1' and ARGV[7])
