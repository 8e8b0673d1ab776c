# Answers GET /NAME with the file NAME of a folder. One request at a time: enough for an example.
use strict;
use warnings;
use IO::Socket::INET;

my ($folder, $port) = @ARGV;
$SIG{TERM} = $SIG{INT} = sub { exit 0 };
$SIG{PIPE} = 'IGNORE';
my $server = IO::Socket::INET->new(LocalPort => $port, Listen => 16, ReuseAddr => 1)
  or die "cannot listen on port $port: $!\n";
print STDERR "serving $folder on port $port\n";

while (1) {
  my $client = $server->accept or next;
  my $request = <$client> // '';
  while (my $header = <$client>) { last if $header =~ /^\r?\n$/ }
  my ($status, $body) = ('404 Not Found', "no such page\n");
  if ($request =~ m{^GET /([A-Za-z0-9-]*)[ ?]} and open(my $page, '<', "$folder/" . ($1 || 'index'))) {
    local $/;
    ($status, $body) = ('200 OK', scalar <$page>);
  }
  print $client "HTTP/1.1 $status\r\nContent-Type: text/plain; charset=utf-8\r\n",
    "Content-Length: ", length $body, "\r\nConnection: close\r\n\r\n", $body;
  close $client;
}
