echo "Hello from the greeter, which speaks $(grep -c . greetings.txt) languages."
