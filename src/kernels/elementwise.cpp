// placeholder: to be overwritten by its owner
