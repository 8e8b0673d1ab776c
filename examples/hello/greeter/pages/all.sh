sort greetings.txt
