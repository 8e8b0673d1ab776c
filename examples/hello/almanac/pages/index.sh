echo "Hello from the almanac:"
while read -r number month days; do
  printf '%2d %-9s %2d days\n' "$number" "$month" "$days"
done <months.txt
