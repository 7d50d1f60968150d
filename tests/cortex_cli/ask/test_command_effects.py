import pytest

from cortex_cli.ask.command_effects import find_harm, mark
from cortex_cli.finding import CHANGES, DESTROYS, LEAVES, READS, ShownCommand

DESTRUCTIVE = r"""
rm -rf /
sudo rm -r ~/old
rm notes.txt
rm -fR -- "$HOME/x"
/bin/rm -rf /srv/www
sudo -u root bash -c 'rm -rf /var/lib/mysql'
cd /tmp && rm -rf *
for f in *.bak; do rm "$f"; done
ls | xargs rm
find / -name core -delete
find . -name '*.tmp' -exec rm {} \;
find . -type f -exec shred -u {} +
dd if=/dev/zero of=/dev/sda bs=1M
sudo dd if=debian.iso of=/dev/sdb
mkfs.ext4 /dev/sdb1
sudo mkfs -t xfs /dev/nvme0n1p2
wipefs -a /dev/sdc
blkdiscard /dev/nvme0n1
cat image > /dev/sda
echo x > /dev/nvme0n1
: > /var/log/syslog
> /etc/passwd
cat /dev/null > app.log
chmod -R 777 /
sudo chown -R me:me /etc
:(){ :|:& };:
bomb() { bomb | bomb & }; bomb
git clean -fdx
git reset --hard HEAD~3
git push --force origin main
git checkout -- .
git branch -D topic
shred -u secret.txt
truncate -s 0 db.sqlite
userdel -r ana
deluser --remove-home ana
mysql -e 'DROP DATABASE shop'
psql shop -c "DELETE FROM orders"
DROP TABLE users;
sqlite3 a.db 'drop table t'
redis-cli FLUSHALL
docker system prune -af
docker volume rm data
docker compose down -v
kubectl delete namespace prod
lvremove vg0/data
zfs destroy tank/home
cryptsetup luksFormat /dev/sdb1
parted /dev/sda mklabel gpt
sgdisk --zap-all /dev/sda
crontab -r
rsync -a --delete src/ dst/
mv important.txt /dev/null
ssh host 'rm -rf /srv'
python3 -c "import shutil; shutil.rmtree('/srv')"
tee /dev/sda < image
kill -9 -1
journalctl --vacuum-time=1d
apt purge postgresql
busybox rm -rf /srv
""".strip().splitlines()

HARMLESS = r"""
ls -la /
rmdir empty
df -h
du -sh /var
cat /etc/fstab
grep -r rm /etc
echo rm -rf /
man rm
which rm
dd if=/dev/sda of=/dev/null bs=1M count=10
wipefs /dev/sda
wipefs -n -a /dev/sda
fdisk -l
sfdisk --dump /dev/sda
parted /dev/sda print
lsblk -f
mkfs.ext4 -V
find / -name core
find . -name delete -print
find . -newer x -exec ls -l {} \;
chmod -R u+rw ~/project
chmod 644 /etc/motd
chown me file.txt
ls > files.txt
ls 2> /dev/null
command > /dev/null 2>&1
echo hello >> notes.txt
cat < /dev/sda | head -c 512
echo hi > /dev/tty
git clean -n
git clean -nfd
git status
git reset HEAD file.txt
git checkout main
git push origin main
git branch
git log --format=%d
git restore --staged a.txt
git stash
rsync -a src/ dst/
rsync -an --delete src/ dst/
docker run --rm -it debian
docker ps -a
docker compose down
kubectl get pods
psql shop -c "SELECT * FROM orders"
mysql -e 'SHOW TABLES'
sqlite3 a.db '.tables'
crontab -l
journalctl --vacuum
journalctl -u nginx
truncate --help
apt install nginx
apt-get -s remove nginx
apt list --installed
systemctl restart nginx
usermod -aG docker ana
userdel --help
kill -9 1234
kill -HUP 1
killall firefox
tar xf a.tar
cp a b
mv a b
tee -a log.txt
touch x
printf 'drop the table\n'
ss -tlnp
f() { echo hi | cat; }; f
shutdown -c
awk '$1 > 3 {print}' file
test 3 -gt 2
python3 -m http.server
zfs list
lvs
nmap -sn 192.0.2.0/24
""".strip().splitlines()


@pytest.mark.parametrize("line", DESTRUCTIVE)
def test_what_destroys_is_said(line: str) -> None:
    harm = find_harm(line)
    assert harm is not None
    assert harm.effect == DESTROYS
    assert harm.what


@pytest.mark.parametrize("line", HARMLESS)
def test_what_is_harmless_is_not_marked(line: str) -> None:
    assert find_harm(line) is None


@pytest.mark.parametrize(
    "line",
    ["sudo reboot", "shutdown -h now", "systemctl poweroff", "echo b > /proc/sysrq-trigger"],
)
def test_what_takes_the_machine_down_is_said(line: str) -> None:
    harm = find_harm(line)
    assert harm is not None
    assert harm.effect == LEAVES


def test_there_are_enough_lines() -> None:
    assert min(len(set(DESTRUCTIVE)), len(set(HARMLESS))) >= 40


def test_a_shown_command_is_never_called_less_than_it_is() -> None:
    shown = ShownCommand((("rm", "-r", "x"),), "rm -r x", READS)
    assert mark(shown).effect == DESTROYS
    changes = ShownCommand((("touch", "x"),), "touch x", CHANGES)
    assert mark(changes) is changes
    said = ShownCommand((("userdel", "x"),), "userdel x", DESTROYS)
    assert mark(said) is said


@pytest.mark.parametrize("text", ["rm " * 5000, "> " * 20000, "(" * 5000, "a(){" * 3000, "'" * 999])
def test_hostile_text_is_judged_at_once(text: str) -> None:
    find_harm(text)
