// Programs of a system: a store with data of its own, and servers that need each other.

/** Counts its starts in its data, and says the number to whoever connects. */
export const store = `use strict; use IO::Socket::INET;
$| = 1; $SIG{TERM} = sub { exit 0 };
open(my $log, '>>', '/data/log'); print $log "start\\n"; close $log;
open($log, '<', '/data/log'); my @starts = <$log>; close $log;
my $server = IO::Socket::INET->new(LocalPort => 5000, Listen => 64, ReuseAddr => 1) or die;
sleep 1; open(my $ready, '>', '/tmp/ready'); close $ready;
while (1) { my $client = $server->accept or next; print $client scalar(@starts), "\\n"; close $client }
`;

/** Needs the store when it starts; "/crash" ends it. Answers with what the address in UPSTREAM answers. */
export const server = `use strict; use IO::Socket::INET;
$| = 1; $SIG{TERM} = sub { exit 0 };
sub ask { my $peer = IO::Socket::INET->new(PeerAddr => $_[0], Timeout => 5) or die "no $_[0]: $@\\n";
  print $peer "GET /\\r\\n\\r\\n"; my @lines = <$peer>; return $lines[-1] }
my $upstream = $ENV{UPSTREAM} =~ s{^http://}{}r; my $first = $ENV{ASK_FIRST} ? ask($upstream) : "";
my $server = IO::Socket::INET->new(LocalPort => 8000, Listen => 64, ReuseAddr => 1) or die;
while (1) {
  my $client = $server->accept or next; my $request = <$client>;
  die "asked to\\n" if $request =~ m{/crash};
  my $body = "$ENV{NAME} " . ask($upstream);
  print $client "HTTP/1.1 200 OK\\r\\nConnection: close\\r\\nContent-Length: " . length($body) . "\\r\\n\\r\\n$body"; close $client;
}
`;
