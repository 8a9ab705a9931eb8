-- A node that has a share says that it goes on counting.
-- KEYS  1 sharers
-- ARGV  1 now, or ''  2 node
if last_counted(KEYS[1], ARGV[2]) > 0 then set_last_counted(KEYS[1], ARGV[2], clock(ARGV[1])) end
