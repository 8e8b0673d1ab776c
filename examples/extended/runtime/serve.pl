# Answers GET and HEAD with the files of a folder, and for a folder in it with its index.html.
use strict;
use warnings;
use IO::Socket::INET;

my %TYPES = (
  css => 'text/css; charset=utf-8', html => 'text/html; charset=utf-8', txt => 'text/plain; charset=utf-8',
  js => 'text/javascript; charset=utf-8', json => 'application/json', map => 'application/json',
  xml => 'application/xml', wasm => 'application/wasm', webmanifest => 'application/manifest+json',
  svg => 'image/svg+xml', png => 'image/png', jpg => 'image/jpeg', jpeg => 'image/jpeg', gif => 'image/gif',
  webp => 'image/webp', avif => 'image/avif', ico => 'image/x-icon', woff => 'font/woff', woff2 => 'font/woff2',
);

my ($folder, $port) = @ARGV;
$SIG{TERM} = $SIG{INT} = sub { exit 0 };
$SIG{CHLD} = $SIG{PIPE} = 'IGNORE';
my $server = IO::Socket::INET->new(LocalPort => $port, Listen => 64, ReuseAddr => 1)
  or die "cannot listen on port $port: $!\n";
print STDERR "serving $folder on port $port\n";

while (1) {
  my $client = $server->accept or next;
  # A process for each request: one that is slow holds up no other.
  my $child = fork;
  next if $child;
  die "cannot start a process: $!\n" unless defined $child;
  alarm 30;
  answer($client);
  exit 0;
}

sub answer {
  my ($client) = @_;
  my $request = <$client> // '';
  while (my $header = <$client>) { last if $header =~ /^\r?\n$/ }
  my ($method, $path) = $request =~ m{^([A-Z]+) (/[^\s?#]*)\S* HTTP/1\.[01]\r?\n\z};
  return say_only($client, '', '400 Bad Request') unless defined $method;
  return say_only($client, $method, '405 Method Not Allowed', 'Allow: GET, HEAD') unless $method =~ /^(?:GET|HEAD)$/;

  my $file = find_file($path);
  return say_only($client, $method, '404 Not Found') unless defined $file;
  # The address of a folder ends with a slash, else the links on its page would lead beside it.
  return say_only($client, $method, '301 Moved Permanently', "Location: $path/") if -d $file;
  open(my $content, '<:raw', $file) or return say_only($client, $method, '404 Not Found');
  my ($extension) = $file =~ /\.([a-z0-9]+)\z/;
  my $type = $TYPES{$extension // ''} // 'application/octet-stream';
  print $client head('200 OK', "Content-Type: $type", 'Content-Length: ' . -s $content);
  return if $method eq 'HEAD';
  while (read $content, my $part, 65536) { print $client $part }
}

# The file or folder that an address means, or nothing: what is outside of the site is out of reach, and so is a
# hidden file.
sub find_file {
  my ($path) = @_;
  $path =~ s/%([0-9A-Fa-f]{2})/chr hex $1/ge;
  return if $path =~ m{/\.|//|\0};
  my $file = "$folder$path";
  $file .= 'index.html' if $file =~ m{/\z};
  return $file if -f $file or -f "$file/index.html";
  return;
}

# An answer that is nothing but its status.
sub say_only {
  my ($client, $method, $status, @fields) = @_;
  my $text = "$status\n";
  print $client head($status, @fields, "Content-Type: $TYPES{txt}", 'Content-Length: ' . length $text);
  print $client $text if $method ne 'HEAD';
}

sub head {
  my ($status, @fields) = @_;
  return join("\r\n", "HTTP/1.1 $status", @fields, 'Connection: close', '', '');
}
