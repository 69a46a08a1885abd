#!/usr/bin/perl
# Net::EPP (Debian's libnet-epp-perl) against the registry's EPP port: logs in with all services of the greeting, sends a hello before each command.
use strict;
use warnings;
use Net::EPP::Simple;
use IO::Socket::INET;

my ($epp_port) = $ENV{DOMESDAY_EPP} =~ /:(\d+)$/ or die "DOMESDAY_EPP is not set\n";
my $pki = $ENV{DOMESDAY_PKI};
my $run = sprintf('%08x', (time() ^ ($$ << 12)) & 0xffffffff);
my $domain = "netepp-$run.com";
my $handle = "ne-$run";
my $failed = 0;
$| = 1;
$SIG{ALRM} = sub { print "FAIL - over its time\n"; exit 1 };

sub check {
	my ($what, $good, $why) = @_;
	if ($good) {
		print "ok - $what\n";
	} else {
		$failed++;
		print "FAIL - $what", (defined $why && $why ne '' ? ": $why" : ''), "\n";
	}
	return $good;
}

sub escaped {
	my ($text) = @_;
	$text =~ s/([^A-Za-z0-9_.~-])/sprintf('%%%02X', ord $1)/ge;
	return $text;
}

sub said {
	return join(' ', grep { defined } $Net::EPP::Simple::Code, $Net::EPP::Simple::Message, $Net::EPP::Simple::Error);
}

sub connected {
	my (%other) = @_;
	my $registrar = $other{registrar} // 'outsider';
	return Net::EPP::Simple->new(
		host => 'localhost', port => $epp_port, user => 'outsider', pass => $other{pass} // 'outsider-epp', timeout => 20, load_config => 0, reconnect => 0,
		verify => 1, ca_file => "$pki/ca.pem", cert => "$pki/client-$registrar.pem", key => "$pki/client-$registrar.key",
	);
}

# A name that our own side holds, registered as a reseller would.
sub held_by_us {
	my $name = "netepp-held-$run.com";
	my %command = (s_login => 'demo', s_pw => 'demo-pass', command => 'AddDomain', domain => $name, period => 1, nameserver0 => 'ns1.example.net', nameserver1 => 'ns2.example.net');
	my %person = (FIRSTNAME => 'Max', LASTNAME => 'Held', STREET => 'Weg 1', CITY => 'Bern', ZIP => '3000', COUNTRY => 'CH', PHONE => '+41.315550101', EMAIL => 'max@example.org');
	for my $role (qw(OWNER ADMIN TECH BILLING)) {
		$command{"${role}CONTACT0$_"} = $person{$_} for keys %person;
	}
	my $query = join '&', map { "$_=" . escaped($command{$_}) } sort keys %command;
	my $wire = IO::Socket::INET->new(PeerAddr => $ENV{DOMESDAY_HTTP}, Timeout => 20) or die "no HTTP: $!\n";
	print $wire "GET /api/call.cgi?$query HTTP/1.0\r\nHost: $ENV{DOMESDAY_HTTP}\r\nConnection: close\r\n\r\n";
	my $text = join '', <$wire>;
	die "could not register $name: $text\n" unless $text =~ /^code = 200$/m;
	return $name;
}

alarm 80;
my $epp = connected();
check('login', defined $epp, said()) or exit 1;
check('the greeting says its name', $epp->greeting->getElementsByTagNameNS('urn:ietf:params:xml:ns:epp-1.0', 'svID')->shift->textContent ne '');
check('hello is answered', $epp->ping);
check('a wrong password is refused', !defined connected(pass => 'not-the-one') && ($Net::EPP::Simple::Code // 0) == 2200, said());
check("another registrar's certificate is refused", !defined connected(registrar => 'domesday'), 'logged in');
my $held = held_by_us();

check('check_domain of a free name', ($epp->check_domain($domain) // '') eq '1', said());
check('check_domain of a taken name', ($epp->check_domain('taken.com') // '') eq '0', said());
my %address = (street => ['Rua Nova 7'], city => 'Lisboa', pc => '1100-001', cc => 'PT');
check('create_contact', $epp->create_contact({id => $handle, postalInfo => {int => {name => 'Ana Melo', org => 'Melo Lda', addr => \%address}}, voice => '+351.215550101', fax => '', email => 'ana@example.org', authInfo => 'Ne-Auth-1'}), said());
my $contact = $epp->contact_info($handle);
check('contact_info', ref $contact eq 'HASH' && $contact->{email} eq 'ana@example.org', said());
my $outside = "ns1.$run.test";
check('create_host', $epp->create_host({name => $outside, addrs => []}), said());
check('create_domain', $epp->create_domain({name => $domain, period => 1, registrant => $handle, contacts => {admin => $handle, tech => $handle, billing => $handle}, ns => [$outside], authInfo => 'Ne-Auth-1'}), said());
my $info = $epp->domain_info($domain);
check('domain_info', ref $info eq 'HASH', said()) and do {
	check('its sponsor', $info->{clID} eq 'outsider', $info->{clID});
	check('its registrant', $info->{registrant} eq $handle, $info->{registrant});
	check('its name server', join(',', @{$info->{ns} // []}) eq $outside, join(',', @{$info->{ns} // []}));
	my ($expires) = $info->{exDate} =~ /^(\d{4}-\d\d-\d\d)/;
	check('renew_domain', $epp->renew_domain({name => $domain, cur_exp_date => $expires, period => 1}), said());
	check('the same renewal again is refused', !defined $epp->renew_domain({name => $domain, cur_exp_date => $expires, period => 1}), said());
	my $later = $epp->domain_info($domain);
	check('it is a year longer, not two', substr($later->{exDate}, 0, 4) == substr($expires, 0, 4) + 1, $later->{exDate});
};
check('update_domain', $epp->update_domain({name => $domain, add => {status => ['clientHold']}}), said());
check('the status shows', scalar(grep { $_ eq 'clientHold' } @{$epp->domain_info($domain)->{status}}));
check('a transfer with a wrong code is refused', !defined $epp->domain_transfer_request($held, 'not-the-code-1', 1), 'accepted');
check('with 2202', ($Net::EPP::Simple::Code // 0) == 2202, said());
check('a missing domain is not found', !defined $epp->domain_info("never-$run.com") && $Net::EPP::Simple::Code == 2303, said());
check('another\'s domain is not deleted', !defined $epp->delete_domain($held) && $Net::EPP::Simple::Code == 2201, said());
check('a contact in use is not deleted', !defined $epp->delete_contact($handle) && $Net::EPP::Simple::Code == 2305, said());

my $poll = $epp->request(Net::EPP::Frame::Command::Poll::Req->new);
check('poll', $poll && $poll->code =~ /^130[01]$/, $poll ? $poll->code : said());
check('delete_domain', $epp->update_domain({name => $domain, rem => {status => ['clientHold']}}) && $epp->delete_domain($domain), said());
check('logout', $epp->logout, said());
exit($failed ? 1 : 0);
