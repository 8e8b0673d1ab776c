# render PAGES OUTPUT VERSION DRAFTS: one HTML page of each text; drafts only if DRAFTS is "yes".
set -eu
mkdir -p "$2"
for page in "$1"/*.txt; do
  name=$(basename "$page" .txt)
  case "$name-$4" in draft-*-no) continue ;; esac
  printf '<h1>%s</h1>\n<p>version %s</p>\n' "$(cat "$page")" "$3" >"$2/$name.html"
done
