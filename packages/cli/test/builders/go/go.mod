module example.com/app

go 1.19

require example.com/words v1.0.0
