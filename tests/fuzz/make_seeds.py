#!/usr/bin/env python3
"""Writes tests/fuzz/seeds: small inputs that are right, and such that are wrong in one way.

Run it again when a format changes: kinds of frames and SQL schemas are read from the sources.
"""
import gzip
import json
import os
import re
import sqlite3
import struct
import tempfile

here = os.path.dirname(os.path.abspath(__file__))
root = os.path.join(here, 'seeds')
host = os.path.join(here, '..', '..', 'host')


def source(path):
    return open(os.path.join(host, path)).read()


def put(target, name, data):
    os.makedirs(f'{root}/{target}', exist_ok=True)
    if isinstance(data, str): data = data.encode()
    open(f'{root}/{target}/{name}', 'wb').write(data)
def idx(dims, values): return bytes([0,0,8,len(dims)]) + b''.join(struct.pack('>I', d) for d in dims) + bytes(values)
def gz(b): return gzip.compress(b, mtime=0)
put('idx','labels', bytes([0]) + idx([3],[1,2,3]))
put('idx','images', bytes([2]) + idx([2,2,2],range(8)))
put('idx','images-gzip', bytes([2]) + gz(idx([2,2,2],range(8))))
put('idx','labels-gzip', bytes([0]) + gz(idx([40],[7]*40)))
put('idx','truncated', bytes([0]) + idx([30],[1,2,3]))
put('idx','promises-much', bytes([2]) + idx([0x400,0x400,0x400],[1]))
lab=idx([2],[3,4])
put('images','mnist', bytes([len(lab)]) + lab + idx([2,2,2],range(8)))
lab=gz(lab)
put('images','mnist-gzip', bytes([len(lab)]) + lab + gz(idx([2,3,2],range(12))))
lab=idx([3],[3,4,5])
put('images','mnist-other-count', bytes([len(lab)]) + lab + idx([2,2,2],range(8)))
put('images','cifar10', bytes([255]) + bytes([9]) + bytes([5])*3072)
put('images','cifar10-two', bytes([255]) + bytes([9]) + bytes([5])*3072+ bytes([3]) + bytes([6])*3072)
put('images','cifar10-label', bytes([255]) + bytes([10]) + bytes([5])*3072)
put('split','split', b'\x20' + b'{"train": [0, 3, 5], "test": [1, 32]}')
put('split','beyond', b'\x02' + b'{"train": [0, 3, -5], "test": [1e3, 2.5, "a", null]}')
net = {"input":[1,6,6],"mean":[0.1],"deviation":[0.3],"layers":[
 {"kind":"convolution","name":"c","outputs":2,"size":3,"stride":1,"padding":1,"bias":False},
 {"kind":"batch_norm","name":"n","epsilon":1e-5},{"kind":"relu"},{"kind":"max_pool","size":2},{"kind":"dropout"},{"kind":"flatten"},
 {"kind":"linear","name":"l","outputs":3}]}
put('description','all-kinds', json.dumps(net))
put('description','linear', json.dumps({"input":[1,1,3],"layers":[{"kind":"linear","name":"l","outputs":2,"bias":True}]}))
put('description','no-kind', json.dumps({"input":[3,2,2],"layers":[{"kind":"pool","size":2}]}))
put('description','large', json.dumps({"input":[1,8000,8000],"layers":[{"kind":"convolution","name":"l","outputs":2,"size":3,"stride":4000}]}))
put('description','many-channels', json.dumps({"input":[67108864,1,1],"layers":[{"kind":"relu"}]}))
def st(tensors, meta=None):
    header={}
    if meta is not None: header['__metadata__']=meta
    data=b''
    for name,dtype,shape,values in tensors:
        fmt={'F32':'f','F64':'d','U8':'B','F16':'e','I64':'q'}[dtype]
        b=struct.pack('<'+fmt*len(values),*values)
        header[name]={'dtype':dtype,'shape':shape,'data_offsets':[len(data),len(data)+len(b)]}
        data+=b
    h=json.dumps(header,separators=(',',':')).encode()
    h+=b' '*(-len(h)%8)
    return struct.pack('<Q',len(h))+h+data
put('safetensors','two', st([('a','F32',[2,3],[1,2,3,4,5,6]),('b','F64',[2],[1,2])],{'note':'text'}))
put('safetensors','scalar', st([('a','F64',[],[1]),('','F32',[0],[])]))
put('safetensors','other-types', st([('a','F16',[2],[1,2]),('b','U8',[1,2,1],[1,2]),('c','I64',[1],[7])]))
put('safetensors','not-finite', st([('a','F32',[2],[1,float('nan')]),('b','F64',[2],[float('inf'),0])]))
put('safetensors','empty', st([]))
bad=st([('a','F32',[2],[1,2])]).replace(b'[0,8]',b'[4,8]'); put('safetensors','hole', bad)
small = {"input":[1,4,4],"layers":[{"kind":"convolution","name":"c","outputs":2,"size":3,"padding":1,"bias":False},{"kind":"batch_norm","name":"n"},{"kind":"relu"},{"kind":"max_pool","size":2},{"kind":"linear","name":"l","outputs":2}]}
put('network','all-layers', st([('c.weight','F32',[2,1,3,3],[0.1*i for i in range(18)]),
  ('n.weight','F32',[2],[1,2]),('n.bias','F32',[2],[0,1]),('n.running_mean','F32',[2],[0,1]),('n.running_var','F32',[2],[1,2]),
  ('l.weight','F32',[2,8],[0.5]*16),('l.bias','F32',[2],[1,2])],{'zeroth.network':json.dumps(small)}))
put('network','linear', st([('l.weight','F64',[2,2],[1,2,3,4]),('l.bias','F64',[2],[1,2])],{'zeroth.network':json.dumps({"input":[1,1,2],"layers":[{"kind":"linear","name":"l","outputs":2}]})}))
put('network','norm-first', st([('n.weight','F32',[1],[1]),('n.bias','F32',[1],[0]),('n.running_mean','F32',[1],[0]),('n.running_var','F32',[1],[-1])],{'zeroth.network':json.dumps({"input":[1,2,1],"layers":[{"kind":"batch_norm","name":"n"}]})}))
put('network','strided', st([('c.weight','F32',[2,1,2,2],[1,2,3,4,5,6,7,8]),('c.bias','F32',[2],[1,2])],{'zeroth.network':json.dumps({"input":[1,5,5],"layers":[{"kind":"convolution","name":"c","outputs":2,"size":2,"stride":2,"padding":1}]})}))
exp = b'''title = "A title"
seed = 7
trials = 3
[budget]
iterations = 20
queries = 1000
seconds = 1.5
target = 1e-3
[limits]
seconds = 60
memory = "2 GiB"
[[problem]]
use = "quadratic"
split = "train"
instances = "0-1,3"
label = "Q"
dimension = 5
isolate = true
[[optimizer]]
use = "zo-sgd"
delta = [1, 2.5]
label = "mine"
'''
put('experiment','whole', exp)
put('experiment','overrides', b'[budget]\nqueries=9\n[[problem]]\nuse="q"\n[[optimizer]]\nuse="o"\n\0trials=2\0optimizer.o.delta=[1,2]\0problem.*.instances=all\0budget.target=word')
put('experiment','instances', b'[budget]\nqueries=9\n[[problem]]\nuse="q"\ninstances=[0,3]\n[[problem]]\nuse="q"\ninstances=10\n[[optimizer]]\nuse="o"\n')
put('experiment','wrong-types', b'seed="a"\n[budget]\nqueries=9.5\n[[problem]]\nuse=1\n[[optimizer]]\nuse={a=1}\n')
put('experiment','syntax', b'[budget\nqueries=9')
tr = b'''seed = 1
gradient = "differences"
[problem]
use = "q"
instances = "0-79"
[optimizer]
use = "zo-lstm"
[validation]
instances = "80-89"
trials = 4
iterations = 500
at = [100, 500]
[[phase]]
phase = "update"
optimizer = { variant = "no-query" }
learning_rate = 3e-3
final_learning_rate = 3e-4
averaging = 0.99
clip = 1.0
epochs = 20
steps = 10
batch = 4
iterations = 500
unroll = 20
'''
put('training','whole', tr)
put('training','overrides', tr[:330] + b'\0phase.1.steps=3\0phase.*.clip=0\0validation.at=[1]')
put('training','wrong', b'[problem]\nuse="q"\n[optimizer]\nuse="o"\n[validation]\nat=[-1]\n[[phase]]\nepochs=0\n')
for name,text in {'plain': b'\x001.5\n','plain-three': b'\x021\n-2e-3\nnan\n','plain-odd': b'\x03+1e999\n -inf \n1e-999\n0x10\n','json': b'\x80{"f": 1.5}','json-three': b'\x82{"F": [1, null, 1e400]}','json-error': b'\x80{"error": "no \\u001b[31m licence"}','json-wrong': b'\x80{"f": "1"}','garbage': b'\x80Traceback (most recent call last)\n'}.items(): put('answer', name, text)
def frame(kind, ints=(), reals=(), texts=()):
    t=b''.join(texts)
    b=struct.pack('<IIQQQ',kind,len(texts),len(ints),len(reals),len(t))
    b+=b''.join(struct.pack('<Q',i & (2**64-1)) for i in ints)+b''.join(struct.pack('<d',r) for r in reals)
    b+=b''.join(struct.pack('<Q',len(x)) for x in texts)+t
    # as encode(): up to 8 bytes, none where the texts fill their last word
    return b+b'\0'*(-len(t)%8)
enum = re.search(r'enum class FrameKind[^{]*{(.*?)};', source('isolate/frame.hpp'), re.S).group(1)
kinds = re.findall(r'(\w+),', re.sub(r'//.*', '', enum))
K={k:i for i,k in enumerate(kinds)}
put('frame','answer', frame(K['answer'],[0],[1.5,2.5]))
put('frame','texts', frame(K['create'],[1,2],[0.5],[b'name',b'value of it']))
put('frame','empty', frame(K['destroy']))
put('frame','unknown', frame(99))
put('frame','promises-much', struct.pack('<IIQQQ',1,0,1<<40,0,0))
def turns(*parts): 
    out=b''; w=0
    for part,read in parts:
        w+=len(part); out+=struct.pack('<QQB',w,read,len(part))+part
    return out
f1=frame(K['answer'],[0],[1.5]); f2=frame(K['log'],[1],[],[b'a line'])
put('link','frame', turns((f1,0)))
put('link','two', turns((f1,0),(f2,48)))
put('link','in-pieces', turns((f1[:20],0),(f1[20:],0),(f2,0)))
put('link','written-beyond', turns((f1,0))+struct.pack('<QQB',1<<40,0,0))
put('link','read-beyond', turns((f1,1<<40)))
ok=frame(K['answer'],[0])
put('worker','optimizer', b'\0'+ok+ok+frame(K['ask'],[2],[0.1,0.2,0.3,0.4])+frame(K['record'],[],[1,2],[b'estimate'])+frame(K['iterate'],[],[0.1,0.2])+ok+ok)
put('worker','optimizer-extensions', b'\0'+ok+ok+frame(K['extension'],texts=[b'zeroth.directions/1'])+frame(K['draw'],[2])+frame(K['extension'],texts=[b'zeroth.loss-gradient/1'])+frame(K['loss_gradient'],[],[0.1,0.2])+frame(K['fail'],texts=[b'no'])+frame(K['answer'],[-1])+ok)
iterations=(frame(K['ask'],[1],[0.1,0.2])+frame(K['iterated'],[],[0.1,0.2]))*25  # beyond the budget of 20: STOP is heard late
put('worker','optimizer-goes-on', b'\0'+ok+ok+iterations+ok+ok)
put('worker','optimizer-refused', b'\0'+ok+frame(K['answer'],[-2],[],[b'no such library']))
instance=frame(K['answer'],[0,96,2,0,1,1,1,1,1,1,1,1,1,2,3],[-1,-1,1,1,0,1,0.5,0.25,0.25],[b'label',b'm',b'a metric',b'p',b'a picture'])
put('worker','problem', b'\1'+ok+ok+frame(K['answer'],[3])+frame(K['answer'],[4])+ok+ok+instance+frame(K['answer'],[0],[0,0])+frame(K['answer'],[0],[1,2])+frame(K['answer'],[0],[1,2])+frame(K['answer'],[1])+frame(K['answer'],[0],[7])+frame(K['answer'],[0],[0.5,1])+ok)
put('worker','problem-discards', b'\1'+ok+ok+frame(K['answer'],[3])+frame(K['answer'],[4])+ok+ok+frame(K['answer'],[0,96,2,0,0,0,0,0,0,0,0,0,0,0,1],[0.5],[b'label'])+frame(K['answer'],[0],[0,0])+frame(K['answer'],[2],[1,float('nan')],[b'why'])+ok)
put('worker','problem-dimension', b'\1'+ok+ok+frame(K['answer'],[3])+frame(K['answer'],[4])+ok+ok+frame(K['answer'],[0,96,1<<33,0,1,0,0,0,0,0,0,0,0,0,0],[],[b'label']))
# Result files
schema, later_schema = re.findall(r'R"\((.*?)\)"', source('store/store.cpp'), re.S)[:2]
training_schema = re.search(r'R"\((.*?)\)"', source('store/training_store.cpp'), re.S).group(1)
def image(app, schema, fill):
    p=os.path.join(tempfile.mkdtemp(),'seed.db')
    c=sqlite3.connect(p); c.execute('PRAGMA page_size=512')
    c.executescript(f'BEGIN; PRAGMA application_id={app}; PRAGMA user_version=1; {schema} COMMIT')
    fill(c); c.commit(); c.close(); return open(p,'rb').read()
def runs(c):
    c.execute("INSERT INTO provenance VALUES ('seed','1')")
    n=0
    for o in ('zo-sgd','zo-adam'):
        for t,outcome in enumerate(('completed','crashed') if o=='zo-sgd' else ('completed','completed')):
            trace=b''.join(struct.pack('<QQd',i,11*i,2.0/(i+1)) for i in range(3))
            c.execute('INSERT INTO run VALUES ('+','.join('?'*23)+')',(f'{n:08x}',n,'q','Q','{"dimension":2}','test',0,'0',o,o,'{}',t,5,outcome,'' if outcome!='crashed' else 'was killed',2,22,2.0,0.5,0.5,0.1,0.05,'{"success":1.0,"d":null}'))
            c.execute('INSERT INTO trace VALUES (?,?)',(f'{n:08x}',trace)); n+=1
def analysed(c):
    runs(c); c.executescript(later_schema)
    c.execute("INSERT INTO analysis VALUES ('00000000','[]')")
    c.execute("INSERT INTO series VALUES ('00000000',0,'cosine','cosine',NULL,?)",(struct.pack('<QdQd',1,0.5,2,0.25),))
    c.execute("INSERT INTO series VALUES ('00000000',1,'internals','estimate',1,?)",(struct.pack('<QdQd',1,0.5,2,0.25),))
    c.execute("INSERT INTO picture VALUES ('00000000',0,1,'adversarial',1,1,2,0.0,1.0,?)",(struct.pack('<dd',0.5,1),))
a=image(0x5A726F74,schema,analysed)
put('page','analyses', a)
def strange(c):
    analysed(c); c.execute("UPDATE run SET optimizer_parameters='no JSON'")
put('page','parameters', image(0x5A726F74,schema,strange))
r=image(0x5A726F74,schema,runs)
put('result_file','table', b'\0'+r); put('page','runs', r)
def points(c):
    c.executescript(re.search(r'CREATE TABLE IF NOT EXISTS evaluation .*?;', later_schema, re.S).group())
    for query,f in ((1,0.5),(2,None),(0,float('inf'))): c.execute('INSERT INTO evaluation (query, f, x) VALUES (?,?,?)',(query,f,struct.pack('<dd',1,query)))
put('result_file','points', b'\0'+image(0x5A726F74,schema,points))
def train(c):
    d=struct.pack('<dd',1,2)
    c.execute("INSERT INTO provenance VALUES ('seed','1')")
    c.execute('INSERT INTO step VALUES (0,0,0,0,1.0,1.0,0.5,0.1,0.2)'); c.execute('INSERT INTO validation VALUES (0,0,0.5,0.1)'); c.execute('INSERT INTO validation VALUES (0,1,NULL,0.1)')
    c.execute('INSERT INTO state VALUES (1,0,1,0,1,0,?,?,?,?,?,3,?,0.5,1,1.0)',(b'START',d,d,d,d,d))
put('result_file','training', b'\1'+image(0x5A724C72,training_schema,train))
put('result_file','empty', b'\0'+image(0x5A726F74,schema,lambda c:None))
put('result_file','foreign', b'\0'+image(1,'CREATE TABLE t (x);',lambda c:None))
put('result_file','text', b'\0not a database at all')
