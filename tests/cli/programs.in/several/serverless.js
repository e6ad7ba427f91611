throw new Error('this one is not read');
