"""Files of weights, of which the header is read: GGUF and safetensors."""
