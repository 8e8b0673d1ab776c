exec perl -MIO::Socket::INET -e '
  $SIG{TERM} = sub { exit };
  my $server = IO::Socket::INET->new(LocalPort => $ENV{PORT}, Listen => 8, ReuseAddr => 1) or die;
  while (my $client = $server->accept) {
    while (<$client>) { last if /^\r?\n$/ }
    open my $page, "<", "site/index.txt" or die;
    print $client "HTTP/1.0 200 OK\r\n\r\n", <$page>;
    close $client;
  }'
