ls /srv/site | wc -l
