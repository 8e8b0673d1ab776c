# Counts builds in the folder of artifacts; the number must not reach the result.
count=0
if [ -f "$ARTIFACTS/count" ]; then count=$(cat "$ARTIFACTS/count"); fi
echo $((count + 1)) >"$ARTIFACTS/count"
mkdir site
echo "shell, $(word), $(cat text.txt)" >site/index.txt
