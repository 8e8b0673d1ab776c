printf '#!/bin/sh\necho a dependency\n' >"$DEPENDENCIES/bin/word"
chmod +x "$DEPENDENCIES/bin/word"
