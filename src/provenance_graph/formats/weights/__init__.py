"""Readers of weight file headers (GGUF and safetensors), and comparison of weights."""
