# Leads the process group of one cluster and ends the cluster when its owner has ended: standard input is then closed,
# whatever the cause. Argument: the cluster's folder.
folder=$1
trap '' HUP INT TERM
while read -r word rest; do
    case $word in
        processes) processes=$rest ;;
        keep-folder) folder= ;;
        keep-all) exit ;;
    esac
done
kill -TERM 0
checks=0
for process in $processes; do
    while kill -0 "$process" && [ $((checks += 1)) -le 30 ]; do
        sleep 0.1
    done
done 2>/dev/null
[ -z "$folder" ] || rm -rf -- "$folder"
kill -KILL 0
