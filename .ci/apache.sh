# Sourced by the scripts that need Apache ZooKeeper: Debian's package is looked for, installed if that is possible without asking,
# and otherwise the reason is printed and the script ends well, having tested nothing. Leaves APACHE_ZOOKEEPER_CLASSPATH exported.

readonly JAR=/usr/share/java/zookeeper.jar

skip() { echo "skipped: $1"; exit 0; }

install_package() {
  command -v apt-get > /dev/null || skip 'there is no apt-get to install the package zookeeper with'
  (( EUID == 0 )) || skip 'the package zookeeper is not installed, and only root can install it'
  apt-get install -y --no-install-recommends zookeeper > /dev/null 2>&1 \
    || { apt-get update > /dev/null 2>&1 && apt-get install -y --no-install-recommends zookeeper > /dev/null 2>&1; } \
    || skip 'the package zookeeper cannot be installed here'
}

[[ -e $JAR ]] && command -v java > /dev/null || install_package
[[ -e $JAR ]] || skip "the package zookeeper has no $JAR"
command -v java > /dev/null || skip 'there is no java'
# The package's jar names jetty, but not the servlets that jetty stands on: without them no admin command is answered.
export APACHE_ZOOKEEPER_CLASSPATH="/etc/zookeeper/conf:$JAR:/usr/share/java/servlet-api.jar"
